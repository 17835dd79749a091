package merchants_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

const fieldKey = "fieldlog-md5-key-0001"

// inUTF16 writes a text as Windows' "Unicode" does, the low byte first.
func inUTF16(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}

// given loads a merchant whose sign key holds a text.
func given(text string) (*merchants.Registry, error) {
	loader := merchants.Loader{Resolve: func(s string) string {
		if s == "{file.sign.key}" {
			return text
		}
		return resolve(s)
	}}
	return loader.Load(one(func(c *merchants.Config) { c.SignKey = "{file.sign.key}" }))
}

// TestSignKeyFilesOfTheField: a byte order mark is no part of the key, and the
// request that the merchant signed verifies.
func TestSignKeyFilesOfTheField(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		data, err := os.ReadFile("testdata/signkeys/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	r, err := given(read("F4-signkey-bom.key"))
	if err != nil {
		t.Fatal(err)
	}
	params := v1.ParseForm(read("F4-good.form"))
	opened, err := v1.Open(params.Form(), func(string) []v1.Key { return []v1.Key{r.ByMerID("89900001").SignKey()} })
	if err != nil || opened.MerID != "89900001" {
		t.Errorf("%+v, %v", opened, err)
	}
	_, err = given(read("F4-signkey-key-equals.key"))
	mustSay(t, err, "merchant 89900001: sign_key: begins with a name")
}

func TestSignKeyIsCleaned(t *testing.T) {
	t.Parallel()
	want := v1.NewKey(fieldKey).Sign("text")
	for name, text := range map[string]string{
		"as it is": fieldKey, "BOM": "\ufeff" + fieldKey, "CRLF": fieldKey + "\r\n", "BOM and CRLF": "\ufeff" + fieldKey + "\r\n\r\n",
		"NBSP around": "\u00a0" + fieldKey + "\u00a0", "ideographic blank": fieldKey + "\u3000", "tabs": "\t" + fieldKey + "\t",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := given(text)
			if err != nil {
				t.Fatal(err)
			}
			if r.ByMerID("89900001").SignKey().Sign("text") != want {
				t.Error("another key")
			}
		})
	}
	// Signs that keys may have.
	for _, key := range []string{"0123456789abcdef0123456789ABCDEF", "a+b/c=", "c2lnbmtleQkey==", "it's;a#key", "two words", `mid"quote`, "key"} {
		if r, err := given(key); err != nil || r.ByMerID("89900001").SignKey().Sign("text") != v1.NewKey(key).Sign("text") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestSignKeyThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	refused := map[string]struct{ text, want string }{
		"UTF-16":                {inUTF16(fieldKey), "UTF-16"},
		"UTF-16 without BOM":    {inUTF16(fieldKey)[2:], "UTF-16"},
		"NUL":                   {fieldKey + "\x00x", "U+0000"},
		"zero width":            {"field\u200blog", "U+200B"},
		"BOM inside":            {"field\ufefflog", "U+FEFF"},
		"soft hyphen":           {"field\u00adlog", "U+00AD"},
		"right to left":         {"field\u202elog", "U+202E"},
		"two lines":             {fieldKey + "\nanother", "more than one line"},
		"two lines, CR":         {fieldKey + "\ranother", "more than one line"},
		"line separator":        {fieldKey + "\u2028another", "more than one line"},
		"quotes":                {`"` + fieldKey + `"`, "quotes"},
		"single quotes":         {"'" + fieldKey + "'", "quotes"},
		"smart quotes":          {"“" + fieldKey + "”", "U+201C"},
		"smart quotes, Windows": {"\x93" + fieldKey + "\x94", "not UTF-8"},
		"GBK":                   {"\xc3\xdc\xd4\xbf" + fieldKey, "not UTF-8"},
		"full width":            {"ｆｉｅｌｄ０１", "U+FF46"},
		"NBSP inside":           {"field\u00a0log", "U+00A0"},
		"control":               {"field\x1blog", "U+001B"},
		"key=":                  {"key=" + fieldKey, "begins with a name"},
		"sign_key:":             {"sign_key: " + fieldKey, "begins with a name"},
		"export MD5_KEY=":       {"export MD5_KEY=" + fieldKey, "begins with a name"},
		"密钥：":                   {"密钥：" + fieldKey, "begins with a name"},
		"JSON":                  {`{"k": "` + fieldKey + `"}`, "braces"},
		"PEM":                   {"-----BEGIN PRIVATE KEY-----", "PEM"},
		"long":                  {strings.Repeat("a", 600), "600 characters"},
		"empty":                 {"", "is empty"},
		"BOM alone":             {"\ufeff", "is empty"},
		"BOM and line end":      {"\ufeff\r\n", "is empty"},
	}
	for name, tc := range refused {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := given(tc.text)
			mustSay(t, err, "merchant 89900001: sign_key: ", tc.want)
			if strings.Contains(err.Error(), fieldKey) {
				t.Errorf("the error shows the key: %v", err)
			}
			// The same as a literal of a merchants file, where JSON can say it, and
			// as the secret of an official account.
			if tc.text == "" || tc.text[0] == '{' || strings.Contains(tc.want, "UTF-8") || strings.Contains(tc.want, "UTF-16") {
				return
			}
			literal, err := json.Marshal(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			configs, err := merchants.ReadFile(writeFile(t, `[{"merid": "89900001", "sign_key": `+string(literal)+
				`, "gateway_merchant": "473053110001", "private_key": "testdata/merchant_private.pem", "gateway_key": "testdata/gateway_public.pem"}]`))
			if err != nil {
				t.Fatal(err)
			}
			_, err = load(configs...)
			mustSay(t, err, "sign_key: ", tc.want)
			_, err = load(shop(func(c *merchants.Config) {
				c.WeChatApps = []merchants.WeChatAppConfig{{AppID: "wx0123456789abcdef", Secret: tc.text}}
			}))
			mustSay(t, err, "its secret ", tc.want)
		})
	}
}

// TestPasswordIsCleaned: what an editor leaves around a password does not count, and
// what cannot be a password is refused by name.
func TestPasswordIsCleaned(t *testing.T) {
	t.Parallel()
	withPassword := func(text string) error {
		loader := merchants.Loader{Resolve: func(s string) string {
			if s == "{file.password}" {
				return text
			}
			return resolve(s)
		}}
		_, err := loader.Load(one(func(c *merchants.Config) {
			c.PrivateKey, c.PrivateKeyPassword = key("merchant_aes.pfx"), "{file.password}"
		}))
		return err
	}
	for _, text := range []string{"secret", "\ufeffsecret\r\n", "secret\n"} {
		if err := withPassword(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		inUTF16("secret"): "its password is written in UTF-16", "secret\nother": "its password has more than one line",
		"sec\u200bret": "U+200B", "": "its password is empty", "other": "does not open with this password",
	} {
		mustSay(t, withPassword(text), "private_key: ", want)
	}
}

// TestPasswordOfAnOpenKey: a password is never ignored.
func TestPasswordOfAnOpenKey(t *testing.T) {
	t.Parallel()
	_, err := load(shop(func(c *merchants.Config) { c.PrivateKeyPassword = "{env.PFX_PASSWORD}" }))
	mustSay(t, err, "private_key: ", "is not encrypted, and a password is given")
}

// TestPathsThatAreNoKeyFile names what stands at the path.
func TestPathsThatAreNoKeyFile(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{t.TempDir(): "is a folder", "/dev/zero": "is a pipe or a device"} {
		_, err := load(shop(func(c *merchants.Config) { c.PrivateKey = path }))
		mustSay(t, err, "private_key: ", want)
		_, err = load(shop(func(c *merchants.Config) { c.GatewayKey = path }))
		mustSay(t, err, "gateway_key: ", want)
	}
	long := writeFile(t, strings.Repeat("a", 1<<20))
	_, err := load(shop(func(c *merchants.Config) { c.PrivateKey = long }))
	mustSay(t, err, "longer than")
}

// TestPathsThatCouldBeKeys has key files, and folders in their place, at paths of
// base64's letters and of every length; some lengths are a key's.
func TestPathsThatCouldBeKeys(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for length := range 50 {
		path := filepath.Join(folder, strings.Repeat("a", length+1))
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := load(shop(func(c *merchants.Config) { c.PrivateKey = path }))
		mustSay(t, err, "private_key: ", "is a folder")
	}
}

func FuzzSignKey(f *testing.F) {
	for _, seed := range []string{fieldKey, "\ufeff" + fieldKey, inUTF16(fieldKey), "key=" + fieldKey, "“x”", "\x93x\x94"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := given(text)
		if err == nil || len(text) < 12 {
			return
		}
		for i := 0; i+12 <= len(text); i += 4 {
			if strings.Contains(err.Error(), text[i:i+12]) && !strings.Contains("merchant 89900001: sign_key: is empty; does the file", text[i:i+12]) {
				t.Errorf("the error shows what may be a key: %v", err)
			}
		}
	})
}
