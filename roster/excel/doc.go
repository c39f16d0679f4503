// Package excel reads the first sheet of an Excel workbook (.xlsx) as text.
//
// The file is anybody's: what it unpacks to, how deep it nests and how much one element
// says is bounded while it is read. Numbers are written out, formulas stand for the value
// they had when the file was saved, and dates stay the numbers they are.
package excel
