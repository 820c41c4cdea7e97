-- Where hits of filters went, and what waited to be sent, goes with the account.
CREATE TRIGGER outputs_of_deleted_user AFTER DELETE ON users BEGIN
	DELETE FROM deliveries WHERE owner_id = OLD.id;
	DELETE FROM outputs WHERE owner_id = OLD.id;
END;
