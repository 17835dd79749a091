package v2_test

import (
	"fmt"
	"time"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// A key file is taken in the form in which it is handed out. What cannot be taken
// is named for what it is.
func ExampleParsePrivateKey() {
	for _, file := range []struct{ name, password string }{
		{"merchant_private.pem", ""},
		{"merchant_sm2_private.pem", ""},
		{"merchant_aes.pfx", "secret"},
		{"merchant_aes.pfx", ""},
		{"merchant_public.pem", ""},
	} {
		key, err := v2.ParsePrivateKey(read(file.name), file.password)
		if err != nil {
			fmt.Printf("%s: %v\n", file.name, err)
			continue
		}
		fmt.Printf("%s: %T\n", file.name, key)
	}
	// Output:
	// merchant_private.pem: *rsa.PrivateKey
	// merchant_sm2_private.pem: *sm2.PrivateKey
	// merchant_aes.pfx: *rsa.PrivateKey
	// merchant_aes.pfx: reading private key: found an encrypted private key: give its password, too (private_key_password)
	// merchant_public.pem: reading private key: found a public key: a private key is needed here
}

// The gateway's key may be a public key or a certificate.
func ExampleParsePublicKey() {
	for _, name := range []string{"gateway_public.pem", "merchant_certificate.pem", "gateway_sm2_public.pem"} {
		key, err := v2.ParsePublicKey(read(name))
		fmt.Printf("%s: %T %v\n", name, key, err)
	}
	// Output:
	// gateway_public.pem: *rsa.PublicKey <nil>
	// merchant_certificate.pem: *rsa.PublicKey <nil>
	// gateway_sm2_public.pem: *ecdsa.PublicKey <nil>
}

// While the gateway changes its key, a keyring takes messages signed with either
// key until the old one's last day is over.
func ExampleKeyring() {
	own, err := v2.ParsePrivateKey(read("merchant_private.pem"), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	oldKey, err := v2.ParsePublicKey(read("gateway_public.pem"))
	if err != nil {
		fmt.Println(err)
		return
	}
	newKey, err := v2.ParsePublicKey(read("keyfiles/m.pub.pem"))
	if err != nil {
		fmt.Println(err)
		return
	}
	end := time.Date(2027, 1, 9, 0, 0, 0, 0, time.UTC)
	ring, err := v2.NewKeyring(v2.Intl, own, newKey, v2.Previous{Peer: oldKey, PeerUntil: end})
	if err != nil {
		fmt.Println(err)
		return
	}

	gateway := codec("gateway_private.pem", "merchant_public.pem") // still signs with its old key
	envelope, err := gateway.Seal("473053110001", "", []byte(`{"head":{},"body":{}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, used, err := ring.Open(envelope, end.Add(-time.Hour))
	fmt.Println(used.PreviousPeer, err)
	_, _, err = ring.Open(envelope, end)
	fmt.Println(err)
	// Output:
	// true <nil>
	// message refused
}
