package store

//go:generate sqlc generate
//go:generate sh -c "LC_ALL=C; cat sqlc.yaml migrations/postgres/*.sql queries/*.sql | sha256sum > db/inputs.sha256"
