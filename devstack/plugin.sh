# shellcheck shell=bash
# heatlite in devstack: which step does what. The steps are in lib/heatlite, what can be set is in settings.

# shellcheck source=devstack/lib/heatlite
source "$HEATLITE_DIR/devstack/lib/heatlite"

case "$1 ${2:-}" in
    "stack install")
        echo_summary "Installing heatlite"
        install_heatlite
        ;;
    "stack post-config")
        echo_summary "Configuring heatlite"
        configure_heatlite
        ;;
    "stack extra")
        echo_summary "Initializing heatlite"
        init_heatlite
        if heatlite_is_h_eng; then
            echo_summary "Starting heatlite"
            start_heatlite
        fi
        ;;
    "unstack ")
        if heatlite_is_h_eng; then
            stop_heatlite
        fi
        ;;
    "clean ")
        cleanup_heatlite
        ;;
esac
