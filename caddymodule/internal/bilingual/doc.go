// Package bilingual says the same in English and in Chinese: which of the two
// languages somebody reads ([LangOf]), and sentences with values in them that are
// carried, as errors too, until it is known who reads them ([Text], [Said]).
//
// A package that says something to operators has its sentences in one table,
// sentences.go, with both languages side by side.
package bilingual
