// Package refusals remembers why merchants' requests were refused, without their
// text.
//
//	refused request → Recorder.Refused → [budget] → explain.Explain → cause
//	                                                 ├→ log line, metric
//	                                                 └→ counts of the last day, by merchant and cause
//
// The cause is what [explain.Explain] says of the same request, by its name. Finding
// it may take thousands of md5, and anybody can send requests that are refused. So
// one worker looks for causes, with a twentieth of one processor; what comes while it
// has enough to do is counted as [NotExamined]. Nothing here delays an answer.
//
// Where an operator asks for it, the next refused forms of one merchant are kept for a
// short time ([Recorder.Keep]): only in memory, and so many at most.
//
// All of it is in memory and bounded: rows by [maxRows], whatever merchants and
// numbers a flood names. A restart forgets it. Several bridges count each for itself.
package refusals
