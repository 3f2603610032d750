#!/bin/sh
# Runs Mosquitto and lets it read its logins and certificate again (HUP) when the home has written them anew.
#
# usage: start.sh CONFIGURATION FOLDER, the folder in which the home writes passwd, acl, broker.pem and broker.key.
# The home replaces each file by a rename, so that a new inode tells it; looking once a second needs no privilege, no
# other container and no file system that reports changes. Ends as Mosquitto ends; TERM and INT end both.
set -u
configuration=$1 folder=$2 stopping=''

marks() { stat -c '%n %i %Y' "$folder/passwd" "$folder/acl" "$folder/broker.pem" "$folder/broker.key" 2>/dev/null; }

seen=$(marks) # before Mosquitto reads them: what changes meanwhile is read once more, never missed
mosquitto -c "$configuration" &
broker=$!
trap 'stopping=yes; kill -TERM "$broker" 2>/dev/null' TERM INT

while [ -z "$stopping" ] && kill -0 "$broker" 2>/dev/null; do
    sleep 1 &
    wait $! # a signal ends a wait at once, and a sleep not at all
    now=$(marks)
    if [ "$now" != "$seen" ]; then
        seen=$now
        kill -HUP "$broker" 2>/dev/null
    fi
done
wait "$broker"
