-- +goose Up

-- A card with buttons that is out on WeCom, as everybody has it whom one call sent it to.
CREATE TABLE wecom_cards (
    message_id TEXT PRIMARY KEY,
    task_id    TEXT NOT NULL,
    user_ids   TEXT NOT NULL,
    shown      TEXT NOT NULL,
    look       TEXT NOT NULL,
    live       BOOLEAN NOT NULL,
    sent_at    BIGINT NOT NULL
);
CREATE INDEX wecom_cards_task ON wecom_cards (task_id);

-- A response code changes the copies of its card once, until it expires. set_aside is the
-- look it was taken for, '' for one that was never tried.
CREATE TABLE wecom_codes (
    code       TEXT PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES wecom_cards (message_id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    set_aside  TEXT NOT NULL
);
CREATE INDEX wecom_codes_message ON wecom_codes (message_id);
