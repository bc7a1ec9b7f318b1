package slipway

import "time"

// eraDays are the days on which the forms of webhook bodies changed, as far as they differ from the eras' own (contract
// file 02, 7.6): the flat members went three weeks before the API became official.
var eraDays = [...]string{
	E0: "2013-12-04", E1: "2014-01-09", E2: "2014-03-03", E3: "2014-05-19", E4: "2014-06-11", E5: "2014-08-15",
	E6: "2014-10-22", E7: "2014-11-05", E8: "2016-04-06", E9: "2018-10-01", E10: "2020-06-01", E11: "2022-01-01",
}

// ParsePayloadEra reads a hook's payload_era: the name of an era, or a day or month whose bodies are wanted (2014-10-22,
// 2014-02). A month means its last day, a day after the last change means today, E11. What is no such thing, or lies before
// there were deployments, is not ok.
func ParsePayloadEra(text string) (era Era, ok bool) {
	if era, err := ParseEra(text); err == nil {
		return era, true
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		if day, err = time.Parse("2006-01", text); err != nil {
			return E11, false
		}
		day = day.AddDate(0, 1, -1)
	}
	asked := day.Format(time.DateOnly)
	if asked < eraDays[E0] {
		return E11, false
	}
	for era = E11; asked < eraDays[era]; era-- {
	}
	return era, true
}
