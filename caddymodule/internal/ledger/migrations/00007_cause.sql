-- Why a call of a merchant brought no answer.
ALTER TABLE attempts ADD COLUMN cause TEXT NOT NULL DEFAULT '';
