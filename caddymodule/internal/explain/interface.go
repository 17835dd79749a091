package explain

import (
	"slices"
	"strings"

	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// face is one of the interfaces that merchants call.
type face struct {
	path, does string
	read       func(json []byte) error
}

// The interfaces. A query and a cancel are the same message.
var (
	payFace    = face{path: "/api/mpgateway", does: "pay", read: readPay}
	queryFace  = face{path: "/api/query", does: "query or cancel", read: readOrderRef}
	cancelFace = face{path: "/api/cancel", does: "query or cancel", read: readCancel}
	openFace   = face{path: "/apis/wxjspaygateway", does: "pay in the WeChat browser", read: readPay}
	goPayFace  = face{path: "/wxjsapi/gopay.html", does: "go on to a WeChat payment", read: readGoPay}
)

var faces = []face{payFace, queryFace, cancelFace, openFace, goPayFace}

// face is the interface that a request is for: by its path, else by its members.
func (e *evidence) face() *face {
	i := slices.IndexFunc(faces, func(f face) bool { return strings.HasSuffix(e.path, f.path) })
	switch {
	case i >= 0:
		return &faces[i]
	case e.member("action").Exists() || e.member("txnamt").Exists() || e.member("backurl").Exists():
		return &payFace
	case e.member("code").Exists():
		return &goPayFace
	case e.member("orderid").Exists() || e.member("queryid").Exists():
		return &queryFace
	}
	return nil
}

// readMessage reads an opened message as its interface does.
func (e *evidence) readMessage() error {
	if face := e.face(); face != nil {
		return face.read(e.opened.JSON)
	}
	return readOrderRef(e.opened.JSON)
}

func readPay(json []byte) error {
	request, err := v1.ParsePay(json)
	if err == nil {
		_, err = translate.RuleFor(request)
	}
	return err
}

func readOrderRef(json []byte) error { _, err := v1.ParseOrderRef(json); return err }

func readCancel(json []byte) error { _, err := v1.ParseCancel(json); return err }

func readGoPay(json []byte) error { _, err := v1.ParseGoPay(json); return err }
