package shadow

import (
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/leaks"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

func TestMain(m *testing.M) { leaks.Main(m) }

const (
	merID   = "89900001"
	orderID = "20261122000001"
	shop    = "https://shop.example/notify?token=canary"
)

var (
	key      = v1.NewKey("0123456789abcdef")
	previous = v1.NewKey("fedcba9876543210")
	foreign  = v1.NewKey("another merchant's")
	noon     = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

	settings = Settings{
		NotifyURL: "https://pay.example.com/onepay/notify", Subject: "order {orderid}", Expiry: 2 * time.Hour,
		Pay: v2.TranPay, Query: v2.TranQuery, Refund: v2.TranRefund,
	}
)

// codec is the real thing, with the keys of package v2's vectors.
func codec(suite v2.Suite) *v2.Codec {
	file := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("..", "..", "..", "translate", "v2", "testdata", name))
		must(err)
		return data
	}
	infix := map[v2.Suite]string{v2.GM: "_sm2"}[suite]
	own, err := v2.ParsePrivateKey(file("merchant"+infix+"_private.pem"), "")
	must(err)
	peer, err := v2.ParsePublicKey(file("gateway" + infix + "_public.pem"))
	must(err)
	c, err := v2.NewCodec(suite, own, peer)
	must(err)
	return c
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var codecs = map[v2.Suite]func() *v2.Codec{
	v2.Intl: sync.OnceValue(func() *v2.Codec { return codec(v2.Intl) }),
	v2.GM:   sync.OnceValue(func() *v2.Codec { return codec(v2.GM) }),
}

func merchant() Merchant {
	return Merchant{MerID: merID, GatewayMerchant: "473053110001", SignKeys: []v1.Key{key, previous}, Codec: codecs[v2.Intl]()}
}

// exchange is a request with a message and the reply to it, both signed.
func exchange(iface, message, reply string) Exchange {
	return Exchange{
		At: noon, Interface: iface, Method: "POST", ContentType: "application/x-www-form-urlencoded",
		Body:   request(message, key),
		Status: 200, Reply: sealed(reply, key),
	}
}

// request is the body of a request, as most programs write it.
func request(message string, k v1.Key) []byte {
	form := v1.SealRequest([]byte(message), k)
	return []byte(url.Values{"req": {form.Req}, "sign": {form.Sign}}.Encode())
}

// sealed is a reply as the old gateway writes it, by the specification.
func sealed(message string, k v1.Key) []byte {
	resp := base64.StdEncoding.EncodeToString([]byte(message))
	return []byte(`{"resp":"` + resp + `","sign":"` + k.Sign(resp) + `"}`)
}

// paying is a pay request of an action.
func paying(action string) string {
	return `{"action":"` + action + `","txnamt":"1999","merid":"` + merID + `","orderid":"` + orderID +
		`","code":"280000000000canary1","ip":"203.0.113.9","openid":"oCanary","backurl":"` + shop + `"}`
}

const (
	lookup = `{"merid":"` + merID + `","orderid":"` + orderID + `"}`

	// What the specification has the old gateway reply.
	paid      = `{"respcode":"00","respmsg":"ok","txnamt":1999,"merid":"` + merID + `","orderid":"` + orderID + `","queryid":"H0002026112212000000000001","formaction":"weixin://x"}`
	scanned   = `{"respcode":"00","respmsg":"ok","txnamt":1999,"merid":"` + merID + `","orderid":"` + orderID + `","queryid":"H0002026112212000000000001"}`
	queried   = `{"respcode":"00","respmsg":"ok","resultcode":"0000","resultmsg":"paid","queryid":"H0002026112212000000000001","txnamt":1999,"merid":"` + merID + `","orderid":"` + orderID + `","paytime":"2026-11-22 20:00:00"}`
	unpaid    = `{"respcode":"00","respmsg":"ok","resultcode":"1001","resultmsg":"no","queryid":"H0002026112212000000000001","txnamt":1999,"merid":"` + merID + `","orderid":"` + orderID + `","paytime":""}`
	cancelled = `{"respcode":"00","respmsg":"ok","queryid":"H0002026112212000000000001","txnamt":1999,"merid":"` + merID + `","orderid":"` + orderID + `"}`
	refused   = `{"respcode":"90","respmsg":"请求参数错误！"}`
)

// differences are the findings that a merchant would notice.
func differences(o Outcome) []Finding {
	var list []Finding
	for _, f := range o.Findings {
		if f.Kind.IsDifference() {
			list = append(list, f)
		}
	}
	return list
}
