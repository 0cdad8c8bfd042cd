function Save-Script([string]$path) {
    Save-Artifact $path
}
