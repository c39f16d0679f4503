-- +goose Up

-- Who did what, and when. fields are the names of what was changed, never the values.
CREATE TABLE audit (
    id     TEXT PRIMARY KEY,
    at     BIGINT NOT NULL,
    actor  TEXT NOT NULL,
    via    TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    fields TEXT NOT NULL,
    failed BOOLEAN NOT NULL
);
CREATE INDEX audit_at ON audit (at, id);
