package readiness

import (
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

type said = bilingual.Said

// differences are what is said of each kind of difference, and how much it weighs.
var differences = map[shadow.Kind]told{
	shadow.Refused:  {Fail, sayRefused},
	shadow.Taken:    {Note, func(s Sum) (said, said) { return taken.With(s.Interface, s.Detail), said{} }},
	shadow.ReplyKey: {Fail, sayReplyKey},
	shadow.Unsealed: {Fail, func(Sum) (said, said) { return unsealed.With(), keysBrokenAdvice.With() }},
	shadow.Missing: {Warn, func(s Sum) (said, said) {
		return memberMissing.With(s.Interface, s.Subject), memberAdvice.With()
	}},
	shadow.Added: {Note, func(s Sum) (said, said) { return memberAdded.With(s.Interface, s.Subject), said{} }},
	shadow.Type: {Fail, func(s Sum) (said, said) {
		old, ours, _ := strings.Cut(s.Detail, ", ")
		return memberType.With(s.Interface, s.Subject, typeName(old), typeName(ours)), memberAdvice.With()
	}},
	shadow.Value: {Fail, sayValue},
	shadow.Order: {Note, func(s Sum) (said, said) { return memberOrder.With(s.Interface, s.Subject), memberAdvice.With() }},
}

func sayRefused(s Sum) (text, advice said) {
	code := v1.Code(s.Detail)
	if code == v1.CodeSignature {
		return otherSignKey.With(s.Interface), otherSignKeyAdvice.With()
	}
	meaning, known := codeMeanings[code]
	if !known {
		meaning = otherCode
	}
	return refused.With(s.Interface, s.Subject, s.Detail, meaning.With()), refusedAdvice.With()
}

func sayReplyKey(s Sum) (text, advice said) {
	if s.Detail == "previous" {
		return previousReplyKey.With(s.Interface), otherSignKeyAdvice.With()
	}
	return otherReplyKey.With(s.Interface), otherSignKeyAdvice.With()
}

func sayValue(s Sum) (text, advice said) {
	if s.Detail == "" {
		return memberValue.With(s.Interface, s.Subject), memberAdvice.With()
	}
	return memberValueThat.With(s.Interface, s.Subject, bilingual.Terms(s.Detail)), memberAdvice.With()
}

// codeMeanings are what the codes of refusals mean.
var codeMeanings = map[v1.Code]bilingual.Text{
	v1.CodeBadRequest: badRequest, v1.CodeUnsupported: unsupported, v1.CodeAmount: badAmount,
}

// articles are those of the types of JSON that have one in English.
var articles = map[string]string{"whole number": "a ", "fraction": "a ", "object": "an ", "list": "a "}

func typeName(name string) said {
	return bilingual.Pair(articles[name]+name, bilingual.Term(name).In(bilingual.Zh))
}
