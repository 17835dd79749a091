package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
)

// defaultKeeping is how long refused forms are kept when nothing else is asked for.
const defaultKeeping = 10 * time.Minute

// KeepRequest names a merchant whose next refused forms are to be kept.
type KeepRequest struct {
	MerID string `json:"merid" need:"true" doc:"The merchant's v1 number."`
	For   string `json:"for,omitzero" doc:"How long, for example 10m, at most 1h. Default: 10m."`
	Why   string `json:"why" need:"true" doc:"The reason, kept with the change."`
}

// KeepAnswer says until when forms are kept.
type KeepAnswer struct {
	MerID string    `json:"merid" doc:"The merchant's v1 number."`
	Until time.Time `json:"until" doc:"When they are gone; also after a reload or a stop."`
	Most  int       `json:"most" doc:"At most so many are kept."`
}

func keepForms(v *visit, r KeepRequest) (KeepAnswer, error) {
	lasting, err := time.ParseDuration(r.For)
	switch {
	case r.For == "":
		lasting = defaultKeeping
	case err != nil || lasting <= 0 || lasting > refusals.MaxKeeping:
		return KeepAnswer{}, badMember("body", "for", keepingTime.With())
	}
	if err := checkWhy(r.Why); err != nil {
		return KeepAnswer{}, err
	}
	if !v.Settings.Merchants.Has(r.MerID) {
		return KeepAnswer{}, Refuse(http.StatusNotFound, noMerchant.With(printable(r.MerID)))
	}
	until, err := v.Refusals.Keep(r.MerID, lasting)
	if errors.Is(err, refusals.ErrTooManyKept) {
		return KeepAnswer{}, Refuse(http.StatusConflict, tooManyKept.With())
	}
	if err := v.note(r.MerID, "keep forms", r.Why, "", "for "+lasting.String()); err != nil {
		v.Refusals.Forget(r.MerID) // nothing is kept that is not on record
		return KeepAnswer{}, err
	}
	return KeepAnswer{MerID: r.MerID, Until: until, Most: refusals.MaxKept}, nil
}

// note records what an operator does that is in no row of the ledger.
func (v *visit) note(merID, what, why, before, after string) error {
	change := v.change(why)
	change.Before, change.After = before, after
	return v.Ledger.Note(v.ctx, merID, what, change)
}

// KeptQuery names the merchant.
type KeptQuery struct {
	MerID string `json:"merid" need:"true" doc:"The merchant's v1 number."`
}

// KeptForm is a refused form that is kept, by what explain says of it.
type KeptForm struct {
	Number   int       `json:"number" doc:"Counts from 1."`
	At       time.Time `json:"at" doc:"When it came."`
	RemoteIP string    `json:"remote_ip" doc:"From where."`
	RespCode string    `json:"respcode" doc:"What the merchant heard."`
	Cause    string    `json:"cause" doc:"Why, as explain names it, with the keys that count now."`
	Report   string    `json:"report" doc:"All that explain says, in English or, where Accept-Language asks for it, in Chinese: names, lengths, and the values of numbers, action and amount. Nothing else of the form."`
}

// KeptList is the refused forms that are kept of a merchant.
type KeptList struct {
	Items []KeptForm `json:"items" doc:"The forms, in the order in which they came."`
	Until time.Time  `json:"until" doc:"When they are gone."`
}

func listKept(v *visit, q KeptQuery) (KeptList, error) {
	forms, until, err := v.kept(q.MerID)
	if err != nil {
		return KeptList{}, err
	}
	list := KeptList{Items: []KeptForm{}, Until: until}
	for i, form := range forms {
		report := explain.Explain(form.Text, explain.World{Merchants: v.Settings.Merchants, Now: form.At})
		var text strings.Builder
		_ = report.WriteText(&text, v.lang) // into memory
		list.Items = append(list.Items, KeptForm{
			Number: i + 1, At: form.At, RemoteIP: form.RemoteIP, RespCode: string(form.Code), Cause: report.Cause(), Report: text.String(),
		})
	}
	return list, nil
}

func (v *visit) kept(merID string) ([]refusals.Kept, time.Time, error) {
	forms, until, ok := v.Refusals.Kept(merID)
	if !ok {
		return nil, time.Time{}, Refuse(http.StatusNotFound, nothingKept.With(printable(merID)))
	}
	return forms, until, nil
}

// KeptTextRequest names one kept form whose text is wanted.
type KeptTextRequest struct {
	MerID  string `json:"merid" need:"true" doc:"The merchant's v1 number."`
	Number int    `json:"number" need:"true" doc:"Its number in the list."`
	Why    string `json:"why" need:"true" doc:"The reason, kept with the change."`
}

// KeptText is the text of a kept form.
type KeptText struct {
	Text string `json:"text" doc:"The request as it came, with what a payer may be known or charged by: openid, scanned code. For explain, not for mails and tickets."`
}

// readKept hands out the text of a form. That it does is on record first, since the
// text holds what nobody else here may see.
func readKept(v *visit, r KeptTextRequest) (KeptText, error) {
	if err := checkWhy(r.Why); err != nil {
		return KeptText{}, err
	}
	forms, _, err := v.kept(r.MerID)
	if err != nil {
		return KeptText{}, err
	}
	if r.Number < 1 || r.Number > len(forms) {
		return KeptText{}, badMember("body", "number", outOfRange.With(len(forms)))
	}
	if err := v.note(r.MerID, "read form", r.Why, "", "form "+strconv.Itoa(r.Number)+" of "+forms[r.Number-1].At.Format(time.RFC3339)); err != nil {
		return KeptText{}, err
	}
	return KeptText{Text: string(forms[r.Number-1].Text)}, nil
}

// ForgetRequest names a merchant whose kept forms are to go.
type ForgetRequest struct {
	MerID string `json:"merid" need:"true" doc:"The merchant's v1 number."`
	Why   string `json:"why" need:"true" doc:"The reason, kept with the change."`
}

// ForgetAnswer says what is gone.
type ForgetAnswer struct {
	MerID string `json:"merid" doc:"The merchant's v1 number."`
	Forms int    `json:"forms" doc:"How many forms are gone. No more are kept."`
}

// forgetForms forgets first: what is gone is gone even when the ledger is away.
func forgetForms(v *visit, r ForgetRequest) (ForgetAnswer, error) {
	if err := checkWhy(r.Why); err != nil {
		return ForgetAnswer{}, err
	}
	forms, ok := v.Refusals.Forget(r.MerID)
	if !ok {
		return ForgetAnswer{}, Refuse(http.StatusNotFound, nothingKept.With(printable(r.MerID)))
	}
	return ForgetAnswer{MerID: r.MerID, Forms: forms}, v.note(r.MerID, "forget forms", r.Why, strconv.Itoa(forms)+" forms", "none")
}
