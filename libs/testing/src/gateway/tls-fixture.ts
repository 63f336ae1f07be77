/** A certificate for localhost and its key, good for a hundred years and for nothing but specs. */
export const tlsFixture = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUC6qijYKdam4+k2RluQz8rJNuA5YwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA4NDc1NFoYDzIxMjYxMDI4
MDg0NzU0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQvl3lVbuPwSTlcb7icWX0Whaozx1l0ZRjzkrBSOund/ia/LVIeEziw
uttJU4n+NjsZZitSh5fVXTI1dfvE1G38o28wbTAdBgNVHQ4EFgQUrWaP1iWQ63bF
SbMdvky443rUpn0wHwYDVR0jBBgwFoAUrWaP1iWQ63bFSbMdvky443rUpn0wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAPL04SQxCXAo0IHYlpigpoIQgDZwI/WqkbNcyg5ZAWDkAiEA
28vXdXNm6rgEWY/Fu+T9fplfLdjMbkWViJNKBr0OHbs=
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaGzVujdt/ezXkGSX
v/VoQwcxCEt/8y6CLQQZ/UQWUYuhRANCAAQvl3lVbuPwSTlcb7icWX0Whaozx1l0
ZRjzkrBSOund/ia/LVIeEziwuttJU4n+NjsZZitSh5fVXTI1dfvE1G38
-----END PRIVATE KEY-----`,
} as const;
