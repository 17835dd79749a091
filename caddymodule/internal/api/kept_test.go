package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// canaryCode is what a payer's phone shows.
const canaryCode = "280000000000canary1"

// What is kept is told by explain's words; its text is for who says why, and all of
// it is on record.
func TestKeptForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Refusals = refusals.New(uncounted{}, refusals.Rest)
	defer w.served.Refusals.Stop()
	w.refused(w.get("merchants/kept?merid=89900001"), http.StatusNotFound, "no forms")
	w.refused(w.post("merchants/keep", json.RawMessage(`{"merid":"89900009","why":"?"}`)), http.StatusNotFound, "89900009")
	for _, lasting := range []string{"2h", "-1m", "0s", "soon"} {
		w.refused(w.post("merchants/keep", json.RawMessage(`{"merid":"89900001","for":"`+lasting+`","why":"it fails"}`)), http.StatusBadRequest, "body.for")
	}
	w.refused(w.post("merchants/keep", json.RawMessage(`{"merid":"89900001"}`)), http.StatusBadRequest, "body.why")
	if kept := read[KeepAnswer](t, w.post("merchants/keep", json.RawMessage(`{"merid":"89900001","for":"5m","why":"it fails"}`))); time.Until(kept.Until) > 5*time.Minute {
		t.Errorf("%+v", kept)
	}

	r := httptest.NewRequest(http.MethodPost, inbound.PayPath, nil)
	w.served.Refusals.Refused(refusals.Request{
		Code: v1.CodeSignature, MerID: "89900001", Route: inbound.Served()[inbound.PayPath], Method: r.Method, RemoteIP: "192.0.2.7",
		Form: refusals.NewForm(r, []byte("req=eyJtZXJpZCI6Ijg5OTAwMDAxIn0=&code="+canaryCode), false), Merchants: w.served.Settings.Merchants, Log: zap.NewNop(),
	})
	answer := w.get("merchants/kept?merid=89900001")
	list := read[KeptList](t, answer)
	if len(list.Items) != 1 || list.Items[0].Cause != "sign_missing" || list.Items[0].RespCode != "91" || !strings.Contains(list.Items[0].Report, "received") {
		t.Fatalf("%+v", list)
	}
	if strings.Contains(string(answer.body), canaryCode) {
		t.Errorf("the list tells who pays: %s", answer.body)
	}

	w.refused(w.post("merchants/kept/text", json.RawMessage(`{"merid":"89900001","number":1}`)), http.StatusBadRequest, "body.why")
	w.refused(w.post("merchants/kept/text", json.RawMessage(`{"merid":"89900001","number":2,"why":"comparing"}`)), http.StatusBadRequest, "body.number")
	text := read[KeptText](t, w.post("merchants/kept/text", json.RawMessage(`{"merid":"89900001","number":1,"why":"comparing"}`)))
	if !strings.HasSuffix(text.Text, canaryCode) {
		t.Errorf("text %q", text.Text)
	}
	if gone := read[ForgetAnswer](t, w.post("merchants/forget", json.RawMessage(`{"merid":"89900001","why":"found it"}`))); gone.Forms != 1 {
		t.Errorf("%+v", gone)
	}
	w.refused(w.post("merchants/forget", json.RawMessage(`{"merid":"89900001","why":"found it"}`)), http.StatusNotFound, "no forms")

	var done []string
	answer = w.get("changes?merid=89900001")
	for _, change := range read[ChangeList](t, answer).Items {
		done = append(done, change.What+": "+change.Why)
	}
	for _, want := range []string{"keep forms: it fails", "read form: comparing", "forget forms: found it"} {
		if !strings.Contains(strings.Join(done, "; "), want) {
			t.Errorf("not on record: %s in %v", want, done)
		}
	}
	if len(done) != 3 || strings.Contains(string(answer.body), canaryCode) {
		t.Errorf("on record: %s", answer.body)
	}
}
