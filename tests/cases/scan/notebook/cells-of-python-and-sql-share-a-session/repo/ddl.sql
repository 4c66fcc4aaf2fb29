CREATE TABLE app.ratings (user_id BIGINT, movie_id BIGINT, stars INT, rated_at TIMESTAMP);
