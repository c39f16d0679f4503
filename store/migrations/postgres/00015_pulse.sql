-- +goose Up

-- Attempts counted by slots of five minutes; how each channel fared last.
CREATE TABLE pulse (
    slot    BIGINT NOT NULL,
    channel TEXT NOT NULL,
    measure TEXT NOT NULL,
    n       BIGINT NOT NULL,
    PRIMARY KEY (slot, channel, measure)
);

CREATE TABLE vitals (
    channel    TEXT PRIMARY KEY,
    ok_at      BIGINT NOT NULL,
    failed_at  BIGINT NOT NULL,
    code       TEXT NOT NULL,
    message    TEXT NOT NULL,
    class      TEXT NOT NULL,
    streak     BIGINT NOT NULL,
    since      BIGINT NOT NULL,
    cleared_at BIGINT NOT NULL
);
