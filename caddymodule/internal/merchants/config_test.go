package merchants_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
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
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	sm2, err := os.ReadFile(key("merchant_sm2_private.pem"))
	if err != nil {
		t.Fatal(err)
	}
	sm2DER, err := base64.StdEncoding.DecodeString(bare(sm2))
	if err != nil {
		t.Fatal(err)
	}
	privateKey := func(text string) func(*merchants.Config) {
		return func(c *merchants.Config) { c.PrivateKey = text }
	}

	for name, tc := range map[string]struct {
		edit func(*merchants.Config)
		want string // the member at fault, "" for none
	}{
		"placeholders":              {func(c *merchants.Config) { c.PreviousSignKey = "{file./etc/paybridge/old.key}" }, ""},
		"nothing given":             {func(c *merchants.Config) { c.SignKey = "" }, ""},
		"literal sign key":          {func(c *merchants.Config) { c.SignKey = "canary" }, "sign_key"},
		"half a placeholder":        {func(c *merchants.Config) { c.SignKey = "canary{env.REST}" }, "sign_key"},
		"another placeholder":       {func(c *merchants.Config) { c.SignKey = "{http.request.header.Canary}" }, "sign_key"},
		"literal previous":          {func(c *merchants.Config) { c.PreviousSignKey = "canary" }, "previous_sign_key"},
		"literal password":          {func(c *merchants.Config) { c.PrivateKeyPassword = "canary" }, "private_key_password"},
		"literal previous key":      {func(c *merchants.Config) { c.PreviousPrivateKey = string(pem) }, "previous_private_key"},
		"literal previous password": {func(c *merchants.Config) { c.PreviousPrivateKeyPassword = "canary" }, "previous_private_key_password"},
		"literal WeChat secret":     {apps(merchants.WeChatAppConfig{AppID: appID, Secret: "canary"}), "wechat_app"},
		"second WeChat secret": {apps(merchants.WeChatAppConfig{AppID: appID, Secret: "{env.SIGN_KEY}"},
			merchants.WeChatAppConfig{AppID: appID, Secret: "canary"}), "wechat_app"},
		"WeChat secret elsewhere": {apps(merchants.WeChatAppConfig{AppID: appID, Secret: "{env.SIGN_KEY}"}), ""},
		"literal PEM":             {privateKey(string(pem)), "private_key"},
		"literal base64":          {privateKey(text), "private_key"},
		"PEM, \\n for lines":      {privateKey(strings.ReplaceAll(string(pem), "\n", `\n`)), "private_key"},
		"base64, \\n for lines":   {privateKey(text[:64] + `\n` + text[64:128] + `\n`), "private_key"},
		"base64, \\n and SM2":     {privateKey(bare(sm2)[:64] + `\n` + bare(sm2)[64:]), "private_key"},
		"base64 for a URL":        {privateKey(base64.RawURLEncoding.EncodeToString(sm2DER)), "private_key"},
		"hex":                     {privateKey(hex.EncodeToString(der)), "private_key"},
		"hex, upper case":         {privateKey(" " + strings.ToUpper(hex.EncodeToString(sm2DER)) + "\n"), "private_key"},
		"hex, spaces":             {privateKey(fmt.Sprintf("% x", sm2DER)), "private_key"},
		"hex, first bytes":        {privateKey(hex.EncodeToString(der[:8])), "private_key"},
		"hex of a number":         {privateKey(hex.EncodeToString(der[40:72])), "private_key"},
		"long":                    {privateKey(strings.Repeat("/a", 128)), "private_key"},
		"long, no folder":         {privateKey(strings.Repeat("a", 101)), "private_key"},
		"path":                    {privateKey("/etc/paybridge/473053110001.pem"), ""},
		"path of digits":          {privateKey("305311000001.pem"), ""},
		"path like base64":        {privateKey("MIDWEST/" + strings.Repeat("a", 40) + ".pem"), ""},
		"long path":               {privateKey(strings.Repeat("/folder", 30) + "/key.pem"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := merchants.CheckSecrets(one(tc.edit)).Err()
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
