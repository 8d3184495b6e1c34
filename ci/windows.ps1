# Checks, tests and packages for Windows: `ci/windows.ps1 [check] [test] [twice] [package]`, all four without a name. See ci/README.md.
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..')

function Invoke-Npm {
  # Not npm.ps1, which PowerShell prefers: that one loses the `--` that packages are asked for behind.
  & npm.cmd @args
  if ($LASTEXITCODE -ne 0) { throw "npm $args ended with $LASTEXITCODE" }
}

function Build-Package {
  if ($env:WIN_CSC_LINK -and $env:WIN_CSC_KEY_PASSWORD) {
    Write-Output '== Signed with the certificate in WIN_CSC_LINK'
  } elseif ($env:WIN_CSC_LINK -or $env:WIN_CSC_KEY_PASSWORD) {
    throw 'Of WIN_CSC_LINK and WIN_CSC_KEY_PASSWORD only one is set: both, or none.'
  } else {
    Write-Output '== UNSIGNED: WIN_CSC_LINK and WIN_CSC_KEY_PASSWORD are not set. Windows will warn of it.'
  }
  if ($env:FOVEA_UPDATE_FEED) { Write-Output "== Updates from $env:FOVEA_UPDATE_FEED" }
  else { Write-Output '== No FOVEA_UPDATE_FEED: these packages have no updates and ask nobody.' }
  if (Test-Path dist/packages) { Remove-Item -Recurse -Force dist/packages }
  $wish = @('run', 'package', '--', 'installer', '--platform', 'win32', '--arch', 'x64')
  if ($env:FOVEA_CI_RELEASE -eq '1') { $wish += '--release' }
  Invoke-Npm @wish
  Get-ChildItem dist/packages -File | ForEach-Object {
    "$((Get-FileHash -Algorithm SHA256 $_.FullName).Hash.ToLower())  ./$($_.Name)"
  } | Tee-Object -Variable sums
  $sums | Set-Content -Encoding ascii dist/packages/SHA256SUMS
}

$steps = if ($args.Count -gt 0) { $args } else { @('check', 'test', 'twice', 'package') }
foreach ($step in $steps) {
  switch ($step) {
    'check' { Invoke-Npm run check }
    'test' { Invoke-Npm test }
    'twice' { Invoke-Npm run release:twice }
    'package' { Build-Package }
    default { throw "There is no step ${step}: check, test, twice, package" }
  }
}
