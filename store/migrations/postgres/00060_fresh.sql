-- +goose Up

-- What search_terms does not hold yet: all terms of a subject in one row, as a JSON array
-- of texts. It is looked through as a whole, and so never long.
CREATE TABLE search_fresh (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    terms   TEXT NOT NULL
);

-- +goose Down
DROP TABLE search_fresh;
