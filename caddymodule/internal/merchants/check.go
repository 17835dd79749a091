package merchants

import (
	"errors"
	"fmt"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
)

// Check returns everything that is wrong with merchants as far as no file and no
// placeholder need be opened for it. [Loader.Load] finds the rest.
func Check(configs []Config) configerror.List {
	var all configerror.List
	for i, c := range configs {
		for _, f := range c.check() {
			all = append(all, c.fault(i, f))
		}
	}
	return append(all, checkTogether(configs)...)
}

// CheckSecrets returns which secrets of merchants stand literally in a
// configuration: Caddy shows it to everybody who can reach the admin endpoint. No
// error repeats a secret.
func CheckSecrets(configs []Config) configerror.List {
	var all configerror.List
	for i, c := range configs {
		for _, f := range c.checkSecrets() {
			all = append(all, c.fault(i, f))
		}
	}
	return all
}

// fault is what is wrong with one member of a merchant. The error begins with the
// name of the member or of its directive.
type fault struct {
	member string
	err    error
}

// fault names the merchant, which is the one of that index, and the place.
func (c Config) fault(index int, f fault) *configerror.Error {
	return &configerror.Error{At: c.At(f.member), Err: fmt.Errorf("%s: %w", c.title(index), f.err)}
}

// Named puts the merchant in front of the errors that reading it gave. It takes a
// [configerror.List], and anything else as it is.
func (c Config) Named(err error) error {
	var list configerror.List
	if !errors.As(err, &list) || !merIDForm.MatchString(c.MerID) {
		return err
	}
	named := make(configerror.List, len(list))
	for i, e := range list {
		named[i] = &configerror.Error{At: e.At, Err: fmt.Errorf("merchant %s: %w", c.MerID, e.Err)}
	}
	return named
}

// title names a merchant to people, as well as it can be.
func (c Config) title(index int) string {
	switch {
	case merIDForm.MatchString(c.MerID):
		return "merchant " + c.MerID
	case len(c.Source) > 0: // which tells which one
		return "merchant"
	}
	return fmt.Sprintf("merchant number %d", index+1)
}

// directiveOf names the directive of the Caddyfile that a member is written in.
var directiveOf = strings.NewReplacer("_until", "", "_password", "", "wechat_apps", "wechat_app")

// At returns where a member stands or, if it does not, where its merchant begins.
func (c Config) At(member string) configerror.Position {
	return c.Source.At(member, directiveOf.Replace(member), "merid")
}

// check validates every member by itself, and those that belong together.
func (c Config) check() []fault {
	var found []fault
	add := func(member string, err error) {
		if err != nil {
			found = append(found, fault{member, err})
		}
	}
	if !merIDForm.MatchString(c.MerID) {
		add("merid", fmt.Errorf("merid: %q is not a merchant number (letters and digits)", c.MerID))
	}
	if c.GatewayMerchant == "" {
		add("gateway_merchant", fmt.Errorf("gateway_merchant: %w; write the v2 merchant number of 12 digits", configerror.ErrMissing))
	} else if !gatewayMerchantForm.MatchString(c.GatewayMerchant) {
		add("gateway_merchant", fmt.Errorf("gateway_merchant: %q is not a v2 merchant number of 12 digits", c.GatewayMerchant))
	}
	for _, needed := range []struct{ member, value, write string }{
		{"sign_key", c.SignKey, "write {file.PATH} or {env.NAME}"},
		{"private_key", c.PrivateKey, "name the merchant's private key file"},
		{"gateway_key", c.GatewayKey, "name the gateway's public key file"},
	} {
		if needed.value == "" {
			add(needed.member, fmt.Errorf("%s: %w; %s", needed.member, configerror.ErrMissing, needed.write))
		}
	}
	if c.PreviousPrivateKey == "" && c.PreviousPrivateKeyPassword != "" {
		add("previous_private_key_password", errors.New("previous_private_key_password: there is no previous_private_key"))
	}
	for _, previous := range []struct{ member, key, until string }{
		{"previous_sign_key", c.PreviousSignKey, c.PreviousSignKeyUntil},
		{"previous_private_key", c.PreviousPrivateKey, c.PreviousPrivateKeyUntil},
		{"previous_gateway_key", c.PreviousGatewayKey, c.PreviousGatewayKeyUntil},
	} {
		if (previous.key == "") != (previous.until == "") {
			add(previous.member, fmt.Errorf("%s: a key and the day until which it is accepted belong together", previous.member))
		}
		_, err := AfterDay(previous.member, previous.until)
		add(previous.member+"_until", err)
	}
	_, err := c.suite()
	add("suite", err)
	for _, private := range []struct{ member, key string }{
		{"private_key", c.PrivateKey}, {"previous_private_key", c.PreviousPrivateKey},
	} {
		add(private.member, c.checkToken(private.member, private.key))
	}
	add("jsapi", c.checkJSAPI())
	_, err = c.redirectHosts()
	add("redirect_hosts", err)
	_, err = c.allowed()
	add("allow_callbacks", err)
	if c.Rollback != nil {
		for _, check := range rollback.Checks {
			add(check.Word, check.Of(c.Rollback))
		}
	}
	return append(found, c.checkWeChatApps()...)
}

// checkToken refuses keys in tokens where no token could help.
func (c Config) checkToken(member, key string) error {
	if c.Suite == "gm" && strings.HasPrefix(key, tokenScheme) {
		return fmt.Errorf("%s: suite gm needs an SM2 key, and PKCS#11 has no SM2 (what tokens offer differs from maker to maker): name the file of the key", member)
	}
	return nil
}

// checkTogether finds what merchants must not share with each other.
func checkTogether(configs []Config) configerror.List {
	var all configerror.List
	byMerID, byGateway := make(map[string]Config), make(map[string]Config)
	for i, c := range configs {
		if first, twice := byMerID[c.MerID]; twice && c.MerID != "" {
			all = append(all, c.fault(i, fault{"merid", errors.New("merid: given twice" + firstAt(first.At("merid")))}))
			continue
		}
		byMerID[c.MerID] = c
		twin, shared := byGateway[c.GatewayMerchant]
		switch {
		case !shared:
			byGateway[c.GatewayMerchant] = c
		case c.GatewayMerchant != "" && twin.keyringID() != c.keyringID():
			all = append(all, c.fault(i, fault{"gateway_merchant", fmt.Errorf(
				"gateway_merchant: %s has other keys, other previous keys or another suite at merchant %s", c.GatewayMerchant, twin.MerID)}))
		}
	}
	return all
}

func firstAt(at configerror.Position) string {
	if at == (configerror.Position{}) {
		return ""
	}
	return "; the first is at " + at.String()
}

// checkSecrets returns the members that hold a secret literally.
func (c Config) checkSecrets() []fault {
	type member struct {
		name    string
		literal bool
	}
	members := []member{
		{"sign_key", literal(c.SignKey)},
		{"previous_sign_key", literal(c.PreviousSignKey)},
		{"private_key", looksLikeKey(c.PrivateKey) || tellsPIN(c.PrivateKey)},
		{"private_key_password", literal(c.PrivateKeyPassword)},
		{"previous_private_key", looksLikeKey(c.PreviousPrivateKey) || tellsPIN(c.PreviousPrivateKey)},
		{"previous_private_key_password", literal(c.PreviousPrivateKeyPassword)},
	}
	for i, app := range c.WeChatApps {
		members = append(members, member{configerror.Indexed("wechat_apps", i), literal(app.Secret)})
	}
	var found []fault
	for _, m := range members {
		if m.literal {
			name := m.name
			if strings.HasPrefix(name, "wechat_apps") {
				name = "wechat_app"
			}
			found = append(found, fault{m.name, fmt.Errorf(
				"%s: a secret must not stand in the configuration, where /config shows it; write {file.PATH} or {env.NAME}", name)})
		}
	}
	return found
}
