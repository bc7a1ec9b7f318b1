package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// sealer keeps secrets unreadable to whoever has only the database: AES-256-GCM under a key that lies outside it.
//
// A sealed secret is
//
//	version (1) ‖ key id (4 bytes) ‖ nonce (12) ‖ ciphertext and tag
//
// The key id says which key opens it, so that keys can be changed without rewriting every row at once. The place a secret
// belongs to is authenticated with it: a row copied to another repository does not open.
type sealer struct {
	current [4]byte
	keys    map[[4]byte]cipher.AEAD
}

const (
	sealVersion = 1
	sealHeader  = 1 + 4 + 12
)

var (
	errNoKey  = errors.New("no key to seal secrets with")
	errSealed = errors.New("sealed under a key that is not here, or damaged")
)

func newSealer(current []byte, old [][]byte) (*sealer, error) {
	s := &sealer{keys: map[[4]byte]cipher.AEAD{}}
	for _, key := range old {
		if _, err := s.add(key); err != nil {
			return nil, err
		}
	}
	if current == nil {
		return s, nil
	}
	id, err := s.add(current)
	s.current = id
	return s, err
}

func (s *sealer) add(key []byte) (id [4]byte, err error) {
	if len(key) != 32 {
		return id, fmt.Errorf("the key of secrets has %d bytes, not 32", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return id, err
	}
	sum := sha256.Sum256(key)
	copy(id[:], sum[:])
	s.keys[id], err = cipher.NewGCM(block)
	return id, err
}

// seal hides a secret that belongs to a place.
func (s *sealer) seal(secret, place string) ([]byte, error) {
	aead, ok := s.keys[s.current]
	if !ok {
		return nil, errNoKey
	}
	sealed := make([]byte, sealHeader, sealHeader+len(secret)+aead.Overhead())
	sealed[0] = sealVersion
	copy(sealed[1:5], s.current[:])
	if _, err := rand.Read(sealed[5:sealHeader]); err != nil {
		return nil, err
	}
	return aead.Seal(sealed, sealed[5:sealHeader], []byte(secret), []byte(place)), nil
}

// CheckKey reports whether the keys open the secrets that are here, by trying the oldest: one short query, however many
// there are. An error that is no [slipway.Error] says that they do not.
func (d *DB) CheckKey(ctx context.Context) error {
	return d.view(orBackground(ctx), func(t *tx) error {
		row, err := t.q.GetFirstSealed(t.ctx)
		row, there, err := found(t, "first secret", row, err)
		if err != nil || !there {
			return err
		}
		_, err = t.sealer.open(row.Secret, sealPlace(row.RepositoryID))
		return err
	})
}

// open gives a secret back.
func (s *sealer) open(sealed []byte, place string) (string, error) {
	if len(sealed) < sealHeader || sealed[0] != sealVersion {
		return "", errSealed
	}
	aead, ok := s.keys[[4]byte(sealed[1:5])]
	if !ok {
		return "", errSealed
	}
	secret, err := aead.Open(nil, sealed[5:sealHeader], sealed[sealHeader:], []byte(place))
	if err != nil {
		return "", errSealed
	}
	return string(secret), nil
}
