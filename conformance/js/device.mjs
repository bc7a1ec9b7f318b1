// @octokit/auth-oauth-device: a token by the device flow, with a person who types the code.

import { createOAuthDeviceAuth } from '@octokit/auth-oauth-device'
import { Octokit } from '@octokit/core'
import { request } from '@octokit/request'
import { connectDevice } from './person.mjs'
import { part, same, want, env, finish } from './part.mjs'

await part('oauth', 'client', async () => {
  let shown
  const auth = createOAuthDeviceAuth({
    clientType: 'oauth-app',
    clientId: env('SLIPWAY_CLIENT_ID'),
    scopes: ['repo_deployment'],
    request: request.defaults({ baseUrl: env('SLIPWAY_API') }),
    onVerification: async (v) => {
      shown = v
      await connectDevice(v.user_code)
    },
  })
  const { token, scopes } = await auth({ type: 'oauth' })
  same([scopes, shown.verification_uri], [['repo_deployment'], `${env('SLIPWAY_URL')}/login/device`], 'what was agreed on')
  const octokit = new Octokit({ baseUrl: env('SLIPWAY_API'), auth: token })
  same((await octokit.request('GET /user')).data.login, 'boss', 'the login')
  const { data } = await octokit.request('POST /repos/acme/web/deployments', { ref: 'ready', auto_merge: false, required_contexts: [] })
  want(data.id > 0, 'no deployment')
})

finish()
