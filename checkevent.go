package slipway

import "time"

// How check runs and suites are kept in events: see storedSubject.

type storedCheckRun struct {
	ID           int64      `json:"id"`
	SuiteID      int64      `json:"suite"`
	RepositoryID int64      `json:"repository"`
	SHA          SHA        `json:"sha"`
	Name         string     `json:"name"`
	AppID        int64      `json:"app_id"`
	App          *storedApp `json:"app,omitempty"`
	ExternalID   string     `json:"external_id,omitempty"`
	DetailsURL   string     `json:"details_url,omitempty"`
	Status       string     `json:"status"`
	Conclusion   string     `json:"conclusion,omitempty"`
	StartedAt    time.Time  `json:"started_at"`
	CompletedAt  *time.Time `json:"completed_at,omitempty"`
	Title        *string    `json:"title,omitempty"`
	Summary      *string    `json:"summary,omitempty"`
	Text         *string    `json:"text,omitempty"`
	Annotations  int        `json:"annotations,omitempty"`
	UpdatedAt    time.Time  `json:"updated_at"`
}

type storedCheckSuite struct {
	ID            int64      `json:"id"`
	RepositoryID  int64      `json:"repository"`
	SHA           SHA        `json:"sha"`
	AppID         int64      `json:"app_id"`
	App           *storedApp `json:"app,omitempty"`
	HeadBranch    string     `json:"head_branch,omitempty"`
	Status        string     `json:"status"`
	Conclusion    string     `json:"conclusion,omitempty"`
	Runs          int        `json:"runs"`
	CreatedAt     time.Time  `json:"created_at"`
	UpdatedAt     time.Time  `json:"updated_at"`
	RerequestedAt *time.Time `json:"rerequested_at,omitempty"`
}

func storeCheckRun(r *CheckRun) *storedCheckRun {
	if r == nil {
		return nil
	}
	return &storedCheckRun{
		ID:           r.ID,
		SuiteID:      r.SuiteID,
		RepositoryID: r.RepositoryID,
		SHA:          r.SHA,
		Name:         r.Name,
		AppID:        r.AppID,
		App:          storeApp(r.App),
		ExternalID:   r.ExternalID,
		DetailsURL:   r.DetailsURL,
		Status:       r.Status,
		Conclusion:   r.Conclusion,
		StartedAt:    r.StartedAt,
		CompletedAt:  r.CompletedAt,
		Title:        r.Output.Title,
		Summary:      r.Output.Summary,
		Text:         r.Output.Text,
		Annotations:  r.Output.Annotations,
		UpdatedAt:    r.UpdatedAt,
	}
}

func (r *storedCheckRun) checkRun() *CheckRun {
	if r == nil {
		return nil
	}
	return &CheckRun{
		ID:           r.ID,
		SuiteID:      r.SuiteID,
		RepositoryID: r.RepositoryID,
		SHA:          r.SHA,
		Name:         r.Name,
		AppID:        r.AppID,
		App:          r.App.app(),
		ExternalID:   r.ExternalID,
		DetailsURL:   r.DetailsURL,
		Status:       r.Status,
		Conclusion:   r.Conclusion,
		StartedAt:    r.StartedAt,
		CompletedAt:  r.CompletedAt,
		Output:       CheckOutput{Title: r.Title, Summary: r.Summary, Text: r.Text, Annotations: r.Annotations},
		UpdatedAt:    r.UpdatedAt,
	}
}

func storeCheckSuite(s *CheckSuite) *storedCheckSuite {
	if s == nil {
		return nil
	}
	return &storedCheckSuite{
		ID:            s.ID,
		RepositoryID:  s.RepositoryID,
		SHA:           s.SHA,
		AppID:         s.AppID,
		App:           storeApp(s.App),
		HeadBranch:    s.HeadBranch,
		Status:        s.Status,
		Conclusion:    s.Conclusion,
		Runs:          s.Runs,
		CreatedAt:     s.CreatedAt,
		UpdatedAt:     s.UpdatedAt,
		RerequestedAt: s.RerequestedAt,
	}
}

func (s *storedCheckSuite) checkSuite() *CheckSuite {
	if s == nil {
		return nil
	}
	return &CheckSuite{
		ID:            s.ID,
		RepositoryID:  s.RepositoryID,
		SHA:           s.SHA,
		AppID:         s.AppID,
		App:           s.App.app(),
		HeadBranch:    s.HeadBranch,
		Status:        s.Status,
		Conclusion:    s.Conclusion,
		Runs:          s.Runs,
		CreatedAt:     s.CreatedAt,
		UpdatedAt:     s.UpdatedAt,
		RerequestedAt: s.RerequestedAt,
	}
}
