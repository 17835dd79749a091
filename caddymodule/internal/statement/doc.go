// Package statement reads the statements of acquirers and gateways: tables with a
// line for each payment and refund, as CSV in UTF-8, GBK or UTF-16.
//
// No two of them are alike. Columns are found by the names that they have in Chinese
// and English statements, or by what [Options] say. What spreadsheets do to long
// numbers is undone where nothing is lost, and refused where digits are lost. Amounts
// are read exactly, to the fen, or refused. Whatever is refused is named by line and
// column, see [PositionError].
//
// A [Reader] holds one line at a time, however long the statement is.
package statement
