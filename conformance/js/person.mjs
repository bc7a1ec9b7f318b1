// A person at a browser, as far as consent pages need one: signs in with a password and presses buttons.

import { env, want } from './part.mjs'

const web = env('SLIPWAY_URL')

async function post(path, fields, cookie) {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  if (cookie) headers.Cookie = cookie
  return fetch(web + path, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) })
}

// signIn gives the session's cookie.
export async function signIn() {
  const answer = await post('/login', { login: 'boss', password: env('SLIPWAY_PASSWORD'), return_to: '/settings/sessions' })
  want(answer.status === 303, `signing in answers ${answer.status}`)
  return answer.headers.get('set-cookie').split(';')[0]
}

// connectDevice lets the device go on that shows a code.
export async function connectDevice(user_code) {
  const cookie = await signIn()
  want((await post('/login/device', { user_code }, cookie)).status === 200, 'the code is not taken')
  const answer = await post('/login/device', { user_code, decision: 'authorize' }, cookie)
  want(answer.status === 200, `authorizing answers ${answer.status}`)
}

// authorize presses the button of the web flow's page at an address, and gives the address that it leads to.
export async function authorize(address) {
  const cookie = await signIn()
  const page = await fetch(address, { redirect: 'manual', headers: { Cookie: cookie } })
  want(page.status === 200, `the page of consent answers ${page.status}`)
  const fields = Object.fromEntries(new URL(address).searchParams)
  const answer = await post('/login/oauth/authorize', { ...fields, decision: 'authorize' }, cookie)
  want(answer.status === 302 || answer.status === 303, `authorizing answers ${answer.status}`)
  return new URL(answer.headers.get('location'))
}
