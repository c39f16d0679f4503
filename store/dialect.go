package store

// dialect is the words in which the engines' SQL differs. SQLite has one writer
// at a time and needs no locks on rows.
type dialect struct {
	// lockRows, at the end of a SELECT, keeps other writers off the rows found.
	lockRows string
	// skipLocked does the same and leaves out rows another writer is at.
	skipLocked string
	// lockName is a statement that waits until no other transaction holds the
	// name $1, and holds it to the end of this one; "" where that is always so.
	lockName string
	// listed is a subquery of the texts in the JSON array $1.
	listed string
	// numbered is a subquery of the whole numbers in the JSON array $1.
	numbered string
	// elements, as one more table of a query, are the texts of the JSON array in a
	// column, and element is one of them, compared byte by byte.
	elements func(column string) string
	element  string
}

func sqliteWords() dialect {
	return dialect{
		listed:   `(SELECT value FROM json_each($1))`,
		numbered: `(SELECT value FROM json_each($1))`,
		elements: func(column string) string { return `json_each(` + column + `) j` },
		element:  `j.value`,
	}
}

func postgresWords() dialect {
	return dialect{
		lockRows:   " FOR UPDATE",
		skipLocked: " FOR UPDATE SKIP LOCKED",
		lockName:   `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`,
		listed:     `(SELECT json_array_elements_text(CAST($1 AS json)))`,
		numbered:   `(SELECT CAST(json_array_elements_text(CAST($1 AS json)) AS BIGINT))`,
		elements:   func(column string) string { return `json_array_elements_text(CAST(` + column + ` AS json)) j (value)` },
		element:    `(j.value COLLATE "C")`,
	}
}
