//go:build simulation

package simulation

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// merchantCount is how many merchants a world has. The first speaks suite intl, the
// others gm, whose keys are quicker.
const merchantCount = 4

func merID(n int) string           { return fmt.Sprintf("8990000%d", n) }
func gatewayMerchant(n int) string { return fmt.Sprintf("47305311000%d", n) }
func signKey(n int) string         { return fmt.Sprintf("canary-sign-key-%d", n) }

func suiteOf(n int) string {
	if n == 0 {
		return "intl"
	}
	return "gm"
}

// keys are those of all worlds, by suite: drawing them is slow.
var keys = sync.OnceValue(func() map[string]string {
	texts := map[string]string{}
	for _, who := range []string{"merchant", "gateway"} {
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		must(err)
		private, err := x509.MarshalPKCS8PrivateKey(key)
		must(err)
		public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		must(err)
		texts["{env.intl_"+who+"_private}"] = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
		texts["{env.intl_"+who+"_public}"] = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
		for _, half := range []string{"private", "public"} {
			text, err := os.ReadFile("../../../tests/sandbox/testdata/" + who + "_sm2_" + half + ".pem")
			must(err)
			texts["{env.gm_"+who+"_"+half+"}"] = string(text)
		}
	}
	for n := range merchantCount {
		texts[fmt.Sprintf("{env.sign_%d}", n)] = signKey(n)
	}
	return texts
})

var registry = sync.OnceValue(func() *merchants.Registry {
	loader := merchants.Loader{Resolve: func(s string) string { return keys()[s] }, Refused: func(v2.Reason) {}}
	var configs []merchants.Config
	for n := range merchantCount {
		suite := suiteOf(n)
		configs = append(configs, merchants.Config{
			MerID: merID(n), SignKey: fmt.Sprintf("{env.sign_%d}", n), GatewayMerchant: gatewayMerchant(n), Suite: suite,
			PrivateKey: "{env." + suite + "_merchant_private}", GatewayKey: "{env." + suite + "_gateway_public}",
		})
	}
	r, err := loader.Load(configs)
	must(err)
	return r
})

// gatewayCodecs seal and open what the gateway sends and gets, by its merchant number.
var gatewayCodecs = sync.OnceValue(func() map[string]*v2.Codec {
	codecs := map[string]*v2.Codec{}
	for n := range merchantCount {
		name := suiteOf(n)
		own, err := v2.ParsePrivateKey([]byte(keys()["{env."+name+"_gateway_private}"]), "")
		must(err)
		peer, err := v2.ParsePublicKey([]byte(keys()["{env."+name+"_merchant_public}"]))
		must(err)
		suite, err := v2.LookupSuite(name)
		must(err)
		codecs[gatewayMerchant(n)], err = v2.NewCodec(suite, own, peer)
		must(err)
	}
	return codecs
})

func must(err error) {
	if err != nil {
		panic(err)
	}
}
