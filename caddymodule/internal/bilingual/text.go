package bilingual

import (
	"errors"
	"fmt"
)

// Text is a sentence in both languages. Each is a format as those of package fmt
// and shows the same values; where the order of words differs, verbs have indexes.
type Text struct{ En, Zh string }

// With fills in values. One that is itself Said is said in the language of the
// whole, and so is another error, as [Failure] does.
func (t Text) With(values ...any) Said { return Said{t, values} }

// Said is a sentence that can be said in either language. As an error it is in
// English, and wraps those of its values that are errors. The zero value says
// nothing.
type Said struct {
	text   Text
	values []any
}

// In is the sentence in a language.
func (s Said) In(lang Lang) string {
	values := make([]any, len(s.values))
	for i, value := range s.values {
		if lang == Zh {
			value = termOf(value)
		}
		switch v := value.(type) {
		case Said:
			value = v.In(lang)
		case error:
			value = Failure(lang, v)
		}
		values[i] = value
	}
	if lang == Zh && s.text.Zh != "" {
		return fmt.Sprintf(s.text.Zh, values...)
	}
	return fmt.Sprintf(s.text.En, values...)
}

// Mapped is the sentence with every text among its values changed.
func (s Said) Mapped(change func(string) string) Said {
	values := make([]any, len(s.values))
	for i, value := range s.values {
		switch v := value.(type) {
		case string:
			value = change(v)
		case Said:
			value = v.Mapped(change)
		}
		values[i] = value
	}
	return Said{s.text, values}
}

// IsZero reports whether nothing is said.
func (s Said) IsZero() bool { return s.text == Text{} }

// Is reports whether another error is the same sentence: two that say different values are
// one error, as a sentinel and itself.
func (s Said) Is(target error) bool {
	other, is := target.(Said)
	return is && s.text == other.text
}

// Error implements error.
func (s Said) Error() string { return s.In(En) }

// Unwrap returns the errors among the values.
func (s Said) Unwrap() []error {
	var list []error
	for _, value := range s.values {
		if err, ok := value.(error); ok {
			list = append(list, err)
		}
	}
	return list
}

// Of finds the sentence that an error holds.
func Of(err error) (Said, bool) {
	whole := err
	for ; err != nil; err = errors.Unwrap(err) {
		switch e := err.(type) { //nolint:errorlint // what is inside of a sentence is told by it
		case Said:
			return e, true
		case interface{ Said() Said }:
			return e.Said(), true
		}
	}
	var said Said
	found := errors.As(whole, &said) // one of several
	return said, found
}
