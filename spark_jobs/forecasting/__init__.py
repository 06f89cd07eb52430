"""Forecasts of demand by day: models, their measures, and the backtest that chooses among them."""
