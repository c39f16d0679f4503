package roster

import (
	"errors"
	"strconv"
	"strings"

	"ticketbell/roster/excel"
)

// openWorkbook reads the first sheet of a workbook. Empty rows are left out, and so is
// what stands beside the columns that have a name.
func openWorkbook(body []byte) (Sheet, error) {
	rows, err := excel.Read(body, MaxRows+1)
	if err != nil {
		return Sheet{}, wrongWorkbook(err)
	}
	if len(rows) == 0 {
		return Sheet{}, wrongBody("required", "is required")
	}
	s := Sheet{Head: rows[0].Cells, numbers: []int{}}
	for _, r := range rows[1:] {
		cells := make([]string, len(s.Head))
		copy(cells, r.Cells)
		if strings.Join(cells, "") == "" {
			continue
		}
		s.Cells, s.numbers = append(s.Cells, cells), append(s.numbers, r.Number)
	}
	return s, nil
}

// wrongWorkbook says what to do about a workbook that cannot be read.
func wrongWorkbook(err error) error {
	switch {
	case errors.Is(err, excel.ErrOld):
		return wrongBody("invalid", "is an old or protected Excel workbook: save it as .xlsx without a password, or as CSV UTF-8")
	case errors.Is(err, excel.ErrForeign):
		return wrongBody("invalid", "is packed like an Excel workbook and is none: save it as .xlsx or CSV UTF-8")
	case errors.Is(err, excel.ErrTooMany):
		return wrongBody("too_many", "must hold at most "+strconv.Itoa(MaxRows)+" rows")
	case errors.Is(err, excel.ErrTooWide):
		return wrongBody("too_many", "must hold at most "+strconv.Itoa(excel.MostColumns)+" columns")
	case errors.Is(err, excel.ErrTooBig):
		return wrongBody("too_large", "is an Excel workbook too large to be read: copy the people into a new one")
	default:
		return wrongBody("invalid", "is a broken Excel workbook: open it and save it again")
	}
}
