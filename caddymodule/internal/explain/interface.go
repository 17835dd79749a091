package explain

import (
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// face is one of the interfaces that merchants call.
type face struct {
	does bilingual.Said
	read func(json []byte) error
}

// The interfaces. A query and a cancel are the same message.
var (
	payFace    = face{does: say("pay"), read: readPay}
	queryFace  = face{does: say("query or cancel"), read: readOrderRef}
	cancelFace = face{does: say("query or cancel"), read: readCancel}
	openFace   = face{does: say("pay in the WeChat browser"), read: readPagePay}
	goPayFace  = face{does: say("go on to a WeChat payment"), read: readGoPay}
)

// faces are the interfaces by the path of their route.
var faces = map[string]*face{
	inbound.PayPath: &payFace, inbound.QueryPath: &queryFace, inbound.CancelPath: &cancelFace,
	inbound.WxGatewayPath: &openFace, inbound.GoPayPath: &goPayFace,
}

// face is the interface that a request is for: by its path, else by its members.
func (e *evidence) face() *face {
	switch known := faces[inbound.Canonical(e.path)]; {
	case known != nil:
		return known
	case e.routed && e.route.Caller == inbound.Payer:
		return nil
	case e.member("action").Exists() || e.member("txnamt").Exists() || e.member("backurl").Exists():
		return &payFace
	case e.member("code").Exists():
		return &goPayFace
	case e.member("orderid").Exists() || e.member("queryid").Exists():
		return &queryFace
	}
	return nil
}

// unsignedPage reports whether a payer comes with the plain parameters of
// gopay.html, which need no signature.
func (e *evidence) unsignedPage() bool {
	return e.face() == &goPayFace && e.form.Req == "" && len(e.params) > 0
}

// routedHere reports whether the request came to where merchants' messages are
// read, as far as is known.
func (e *evidence) routedHere() bool {
	return e.path == "" || e.routed && (e.route.Caller == inbound.Merchant || e.route.Caller == inbound.Payer && e.face() != nil)
}

// readUnsigned reads the plain parameters of gopay.html.
func (e *evidence) readUnsigned() error {
	_, err := e.params.GoPay()
	if err == nil && e.merchant == nil {
		err = &v1.Error{Code: v1.CodeBadRequest, Field: "merid", Reason: "unknown merchant"}
	}
	return err
}

// readMessage reads an opened message as its interface does.
func (e *evidence) readMessage() error {
	if face := e.face(); face != nil {
		return face.read(e.opened.JSON)
	}
	return readOrderRef(e.opened.JSON)
}

func readPay(json []byte) error { return judgePay(v1.ParsePay(json)) }

func readPagePay(json []byte) error { return judgePay(v1.ParsePagePay(json)) }

// judgePay is what the bridge has against a pay request before any order counts.
func judgePay(request v1.PayRequest, err error) error {
	if err != nil {
		return err
	}
	if err := translate.RefuseTry(request); err != nil {
		return err
	}
	_, err = translate.RuleFor(request)
	return err
}

func readOrderRef(json []byte) error { _, err := v1.ParseOrderRef(json); return err }

func readCancel(json []byte) error { _, err := v1.ParseCancel(json); return err }

func readGoPay(json []byte) error { _, err := v1.ParseGoPay(json); return err }
