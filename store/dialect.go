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
	// pairs is a subquery of the pairs of texts in the JSON array $1.
	pairs string
}

func sqliteWords() dialect {
	return dialect{
		listed: `(SELECT value FROM json_each($1))`,
		pairs:  `(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each($1))`,
	}
}

func postgresWords() dialect {
	return dialect{
		lockRows:   " FOR UPDATE",
		skipLocked: " FOR UPDATE SKIP LOCKED",
		lockName:   `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`,
		listed:     `(SELECT json_array_elements_text(CAST($1 AS json)))`,
		pairs:      `(SELECT value ->> 0, value ->> 1 FROM json_array_elements(CAST($1 AS json)))`,
	}
}
