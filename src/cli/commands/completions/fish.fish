function __FUNCTION_candidates
    set -l line (commandline -cp)
    PROGRAM candidates -- "$line" 2>/dev/null
end

complete -c PROGRAM -n '__fish_seen_subcommand_from run check explain graph describe schema' -a '(__FUNCTION_candidates)'
