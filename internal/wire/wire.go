// Package wire is the JSON, both ways: GitHub's, in the shapes of all eras since 2013, and that of our own
// administration interface. It is the only package that knows what members are called.
//
// Outwards, every From function and every event renders what it is given into [JSON], compact and in a fixed order, so
// that the bytes that are signed, hashed for an ETag and sent are the same bytes. Which members appear is decided by a
// [Shape], never by the data: an absent value is null, except where an era did not know the member.
//
// Inwards, every Decode function takes a body as it came and gives a request of the vocabulary, or a *slipway.Error that
// can be shown as it is. Members are matched exactly, unknown ones are ignored, null counts as absent, and a member of the
// wrong type is refused with GitHub's sentence for that (contract 1.2, 3.4). What a value may be is not decided here: the
// vocabulary's Check methods do that.
//
//	in, err := wire.DecodeDeployment(body, shape)      // {"ref":"topic","auto_merge":"false"}
//	…
//	answer := wire.FromDeployment(d, repository, urls, shape)
//
// The package holds no rule, does no I/O and reads no clock.
package wire
