-- +goose Up

-- How somebody likes the pages to be, as JSON.
CREATE TABLE preferences (
    username TEXT PRIMARY KEY REFERENCES users (username) ON DELETE CASCADE,
    body     TEXT NOT NULL
);

-- +goose Down
DROP TABLE preferences;
