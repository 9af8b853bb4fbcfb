_FUNCTION_stages() {
    local line candidate found=()
    line=${COMP_LINE:0:COMP_POINT}
    while IFS=$'\t' read -r candidate _; do
        found+=("$candidate")
    done < <("${COMP_WORDS[0]}" candidates --bash -- "$line" 2>/dev/null)
    if ((${#found[@]} == 1)) && [[ ${COMP_WORDS[COMP_CWORD]} == [\'\"]* ]]; then
        # With two that begin alike Bash leaves the quote open.
        COMPREPLY=("${found[0]} " "${found[0]}  ")
    elif ((${#found[@]})); then
        COMPREPLY=("${found[@]}")
    else
        _PROGRAM "$@"
    fi
}

complete -F _FUNCTION_stages -o bashdefault -o default PROGRAM
