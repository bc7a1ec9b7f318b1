package slipway

import (
	"strconv"
	"unicode/utf8"
)

// How long a password is. The shortest is counted in characters, the longest in bytes: it bounds what hashing costs.
const (
	minPassword = 8
	maxPassword = 1000
)

// CheckPassword says whether a password may be set: at least eight characters of valid text, at most 1,000 bytes. The error
// is Invalid and does not repeat it.
func CheckPassword(password string) error {
	switch {
	case !utf8.ValidString(password):
		return invalidPassword("password is not valid text")
	case utf8.RuneCountInString(password) < minPassword:
		return invalidPassword("password is too short (minimum is " + strconv.Itoa(minPassword) + " characters)")
	case len(password) > maxPassword:
		return invalidPassword("password is too long (maximum is " + strconv.Itoa(maxPassword) + " bytes)")
	}
	return nil
}

func invalidPassword(message string) error {
	return ValidationFailed(Detail{Resource: "User", Field: "password", Code: "custom", Message: message})
}

// TooManyAttempts is the answer while an account or an address is not listened to because of its wrong passwords, in the
// sentence that was recorded (contract 1.4).
func TooManyAttempts() *Error { return Fail(Forbidden, "Max number of login attempt exceeded") }
