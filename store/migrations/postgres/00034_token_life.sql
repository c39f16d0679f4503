-- +goose Up

-- networks are those a token may be used from, as a JSON list; none: from anywhere.
ALTER TABLE tokens ADD COLUMN networks TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tokens ADD COLUMN last_used_from TEXT NOT NULL DEFAULT '';
-- A revoked token opens nothing; it is kept for the moment in which that can be undone.
ALTER TABLE tokens ADD COLUMN revoked_at BIGINT NOT NULL DEFAULT 0;

-- How often each token was used, by the hour.
CREATE TABLE token_uses (
    token_id TEXT NOT NULL,
    hour     BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    refused  BIGINT NOT NULL,
    PRIMARY KEY (token_id, hour)
);
