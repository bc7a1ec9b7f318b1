// @octokit/rest with the plugins that most who use it add: throttling, retry, pages.

import { Octokit } from '@octokit/rest'
import { throttling } from '@octokit/plugin-throttling'
import { retry } from '@octokit/plugin-retry'
import { paginateRest } from '@octokit/plugin-paginate-rest'
import { job } from './job.mjs'
import { env, finish } from './part.mjs'

const Client = Octokit.plugin(throttling, retry, paginateRest)
const never = () => {
  throw new Error('a rate limit was seen where there is none')
}
const settings = {
  baseUrl: env('SLIPWAY_API'),
  auth: env('SLIPWAY_TOKEN'),
  retry: { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 451] },
  throttle: { onRateLimit: never, onSecondaryRateLimit: never },
}

await job(new Client(settings), new Client({ ...settings, throttle: { enabled: false } }))
finish()
