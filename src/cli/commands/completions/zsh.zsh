_FUNCTION_stages() {
    local line="${(j: :)words[1,CURRENT]}" candidate help
    local -a found shown
    while IFS=$'\t' read -r candidate help; do
        found+=("$candidate")
        shown+=("$candidate  -- $help")
    done < <("$words[1]" candidates -- "$line" 2>/dev/null)
    if (($#found)); then
        compadd -U -Q -l -d shown -- "${found[@]}"
    else
        _PROGRAM "$@"
    fi
}

if [ "$funcstack[1]" = "_PROGRAM" ]; then
    _FUNCTION_stages "$@"
else
    compdef _FUNCTION_stages PROGRAM
fi
