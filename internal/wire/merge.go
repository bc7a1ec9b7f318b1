package wire

// DecodeMerge reads the body of POST merges (contract 8.2). A nil message stands for GitHub's sentence.
func DecodeMerge(body []byte) (base, head string, message *string, err error) {
	m, err := parse(body, Today)
	if err != nil {
		return "", "", nil, err
	}
	base, head, message = m.text("base"), m.text("head"), m.str("commit_message")
	m.require("base", "head")
	return base, head, message, m.err()
}
