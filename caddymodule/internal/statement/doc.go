// Package statement reads the statements of acquirers and gateways: tables with a
// line for each payment and refund, as CSV in UTF-8, GBK or UTF-16, or as
// an Excel workbook (.xlsx).
//
// No two of them are alike. Columns are found by the names that they have in Chinese
// and English statements, or by what [Options] say. What spreadsheets do to long
// numbers is undone where nothing is lost, and refused where digits are lost. Amounts
// are read exactly, to the fen, or refused. Whatever is refused is named by line and
// column, see [PositionError].
//
// Workbooks are read with archive/zip and encoding/xml alone. The libraries for them
// that were looked at do not do for money: excelize passes over cells and ends of files
// that it cannot read without a word, and its reader of rows does not tell numbers from
// texts, so that order numbers which Excel has rounded cannot be refused; xlsxreader
// ends at damage as if the sheet were complete, reads times with binary fractions and
// without the epoch of 1904, and has had no release since 2024.
//
// A [Reader] holds one line at a time, however long the statement is.
package statement
