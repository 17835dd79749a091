package merchants_test

import (
	"os"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

func TestCheckSecrets(t *testing.T) {
	t.Parallel()
	pem, err := os.ReadFile(key("merchant_private.pem"))
	if err != nil {
		t.Fatal(err)
	}
	text := bare(pem)

	for name, tc := range map[string]struct {
		edit func(*merchants.Config)
		want string // the member at fault, "" for none
	}{
		"placeholders":        {func(c *merchants.Config) { c.PreviousSignKey = "{file./etc/paybridge/old.key}" }, ""},
		"nothing given":       {func(c *merchants.Config) { c.SignKey = "" }, ""},
		"literal sign key":    {func(c *merchants.Config) { c.SignKey = "canary" }, "sign_key"},
		"half a placeholder":  {func(c *merchants.Config) { c.SignKey = "canary{env.REST}" }, "sign_key"},
		"another placeholder": {func(c *merchants.Config) { c.SignKey = "{http.request.header.Canary}" }, "sign_key"},
		"literal previous":    {func(c *merchants.Config) { c.PreviousSignKey = "canary" }, "previous_sign_key"},
		"literal password":    {func(c *merchants.Config) { c.PrivateKeyPassword = "canary" }, "private_key_password"},
		"literal PEM":         {func(c *merchants.Config) { c.PrivateKey = string(pem) }, "private_key"},
		"literal base64":      {func(c *merchants.Config) { c.PrivateKey = text }, "private_key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := shop(tc.edit).CheckSecrets()
			if tc.want == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			mustSay(t, err, "merchant 89900001: "+tc.want+":", "{file.PATH}")
			if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), text[:32]) {
				t.Errorf("error %q repeats the secret", err)
			}
		})
	}
}
