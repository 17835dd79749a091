//go:build simulation

package simulation

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// suitesOf are the suites of a world's merchants, and shares how many of so many orders
// are theirs. Real keys are what a payment costs most; what depends on them is seen by
// a few, and the others speak a suite of the simulation, whose keys cost nothing.
var (
	suitesOf = []string{"intl", "gm", "simulated", "simulated"}
	shares   = []int{1, 2, 9, 9}
)

var merchantCount = len(suitesOf)

// drawMerchant draws whose an order is.
func drawMerchant(d draw) int {
	var whose []int
	for n, share := range shares {
		whose = append(whose, slices.Repeat([]int{n}, share)...)
	}
	return oneOf(d, whose)
}

func merID(n int) string           { return fmt.Sprintf("8990000%d", n) }
func gatewayMerchant(n int) string { return fmt.Sprintf("47305311000%d", n) }
func signKey(n int) string         { return fmt.Sprintf("canary-sign-key-%d", n) }

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
			texts["{env.gm_"+who+"_"+half+"}"], texts["{env.simulated_"+who+"_"+half+"}"] = string(text), string(text)
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
		suite := suitesOf[n]
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
		name := suitesOf[n]
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
