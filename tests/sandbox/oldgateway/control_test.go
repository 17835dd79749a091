package oldgateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
)

// The control interface does what the methods do.
func TestControl(t *testing.T) {
	t.Parallel()
	g, address := serve(t, testConfig())
	if _, err := program(address).Pay(t.Context(), payment("WxSao", "control01")); err != nil {
		t.Fatal(err)
	}
	command := func(path, body string, want int) {
		t.Helper()
		resp, err := httpclient.Client.Post(address+ControlPrefix+path, "application/json", strings.NewReader(body))
		if text := read(t, resp, err); resp.StatusCode != want {
			t.Errorf("%s %s: %s %s", path, body, resp.Status, text)
		}
	}
	command("pay", `{"merid":"89900001","orderid":"control01"}`, 200)
	command("pay", `{"merid":"89900001","orderid":"control01"}`, 400)
	command("pay", `{"order":"control01"}`, 400)
	command("behaviour", `{"behaviour":"silent","delay":"1.5s"}`, 200)
	command("behaviour", `{"behaviour":"silent","delay":"soon"}`, 400)
	command("behaviour", `{"behaviour":"odd"}`, 400)
	command("honest", ``, 200)
	resp, err := httpclient.Client.Get(address + ControlPrefix + "state")
	var state State
	if err := json.Unmarshal([]byte(read(t, resp, err)), &state); err != nil {
		t.Fatal(err)
	}
	if state.Count(Charge, testMerID, "control01") != 1 || state.Requests["POST /api/mpgateway"] != 1 {
		t.Errorf("%+v", state)
	}
	resp, err = httpclient.Client.Get(address + ControlPrefix + "behaviours")
	if text := read(t, resp, err); !strings.Contains(text, `"reset_unread"`) {
		t.Error(text)
	}
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, ControlPrefix+"state", nil) // from 192.0.2.1
	g.ServeHTTP(recorder, request)
	if recorder.Code != http.StatusForbidden {
		t.Errorf("another machine: %d", recorder.Code)
	}
}
