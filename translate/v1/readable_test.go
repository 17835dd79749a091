package v1_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// gbk is a text as a merchant's program writes it that does not know UTF-8.
func gbk(t testing.TB, text string) string {
	t.Helper()
	coded, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return coded
}

// foreignWords are values of members that v1 does not know, in other codings.
func foreignWords(t testing.TB) map[string]string {
	t.Helper()
	return map[string]string{
		"GBK": gbk(t, "红茶两包"),
		"GBK whose second half looks like a backslash": "\xbf\x5c",
		"GBK with a line end that is not escaped":      gbk(t, "红茶") + "\n" + "\xbf\x5c",
		"GB 18030 with a letter of four bytes":         "\x81\x30\x89\x38\x95\x5c",
		"half a letter of GBK before the quote":        "ok\xb3",
		"Latin-1":                                      "caf\xe9 au lait",
		"bytes of no coding":                           "\xff\xfe",
	}
}

// Bytes of another coding in a member that nobody reads refuse nothing: the signature
// fits, and what is read of the message is ASCII (F10).
func TestForeignBytesInMembersThatAreNotUsed(t *testing.T) {
	t.Parallel()
	key := v1.NewKey(testSecret)
	for name, words := range foreignWords(t) {
		for _, member := range []string{"subject", "goods"} {
			t.Run(member+", "+name, func(t *testing.T) {
				t.Parallel()
				o, err := v1.Open(v1.SealRequest([]byte(payWith(member, `"`+words+`"`)), key), ring(key))
				if err != nil {
					t.Fatal(err)
				}
				got, err := v1.ParsePay(o.JSON)
				if err != nil || got != plain || got.Fingerprint() != plain.Fingerprint() {
					t.Errorf("ParsePay = %+v, %v", got, err)
				}
				if ref, err := v1.ParseCancel([]byte(`{"merid":"89900001","orderid":"T20261121000000001","subject":"` + words + `"}`)); err != nil || ref.OrderID != plain.OrderID {
					t.Errorf("ParseCancel = %+v, %v", ref, err)
				}
				if claims := v1.ReadClaims(o.JSON); claims.OrderID != plain.OrderID || claims.MerID != plain.MerID {
					t.Errorf("claims %+v", claims)
				}
			})
		}
	}
}

// What is used must be what the merchant wrote: it is refused by its name.
func TestForeignBytesInMembersThatAreUsed(t *testing.T) {
	t.Parallel()
	foreign := gbk(t, "订单订单")
	for _, member := range []string{"merid", "orderid", "action", "txnamt", "backurl"} {
		t.Run(member, func(t *testing.T) {
			t.Parallel()
			json := payWith(member, `"http://shop.example/`+foreign+`"`)
			_, err := v1.ParsePay([]byte(json))
			refused(t, err, v1.CodeBadRequest, member, "not UTF-8")
			if claims := v1.ReadClaims([]byte(json)); claims.MerID+claims.OrderID+string(claims.Action) == "" ||
				strings.Contains(claims.MerID+claims.OrderID+string(claims.Action), "shop") {
				t.Errorf("claims %+v", claims)
			}
		})
	}
	for _, member := range []string{"queryid", "orderid"} {
		_, err := v1.ParseOrderRef([]byte(`{"merid":"89900001","` + member + `":"` + foreign + `"}`))
		refused(t, err, v1.CodeBadRequest, member, "not UTF-8")
	}
	_, err := v1.ParseGoPay([]byte(`{"merid":"89900001","orderid":"T20261121000000001","code":"` + foreign + `"}`))
	refused(t, err, v1.CodeBadRequest, "code", "not UTF-8")
	// Letters that are written as escapes are what the merchant meant.
	if got, err := v1.ParsePay([]byte(payWith("backurl", `"http://shop.example/\u8ba2","x":"`+foreign+`"`))); err != nil || got.BackURL != "http://shop.example/订" {
		t.Errorf("escaped: %+v, %v", got, err)
	}
}
