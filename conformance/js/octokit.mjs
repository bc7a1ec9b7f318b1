// octokit, GitHub's package with everything in it: REST methods, pages, retries and throttling as they come.

import { Octokit } from 'octokit'
import { job } from './job.mjs'
import { none, env, finish } from './part.mjs'

// A 409 is an answer here and not an accident: it is not tried again.
const retry = { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 451] }
const settings = { baseUrl: env('SLIPWAY_API'), auth: env('SLIPWAY_TOKEN'), retry }
const octokit = new Octokit(settings)

await job(octokit, new Octokit({ ...settings, throttle: { enabled: false } }))
for (const later of ['checks', 'refs', 'events', 'app', 'oauth', 'graphql']) none(later, 'not served yet')
finish()
