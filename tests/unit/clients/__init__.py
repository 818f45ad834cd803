"""Tests of the clients of the cloud's services, with a keystone in memory behind them."""
